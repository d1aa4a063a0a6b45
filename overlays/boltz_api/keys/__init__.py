"""What an administrator of many keys needs beyond the three calls, as flows over them."""
