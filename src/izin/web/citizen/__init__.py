"""Pages for citizens: free, without scripts, by whatever telephone."""
