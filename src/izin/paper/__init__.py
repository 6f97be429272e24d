"""Papers: what is handed out as PDF."""
