"""What the voice platform is answered: a menu to know, calls to hold."""
