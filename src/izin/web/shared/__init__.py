"""What every door for people has: layout, forms, cookies, headers."""
