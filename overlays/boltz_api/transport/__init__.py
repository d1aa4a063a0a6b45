"""What performs a flow's steps: it sends, it sleeps, and it decides nothing."""
