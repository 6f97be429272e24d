"""İzin hareketleri: what moved, in the order of the number."""
