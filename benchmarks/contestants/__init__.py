"""Who is measured: each module does the same jobs in its own way, and runs in a process of its own."""
