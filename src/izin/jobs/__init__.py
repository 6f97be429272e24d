"""What goes on behind the requests: numbering, projecting, queued work, timers."""
