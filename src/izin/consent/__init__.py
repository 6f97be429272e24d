"""İzin: one record per brand, channel, recipient type and address; one writer, one decider."""
