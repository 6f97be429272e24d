"""E-posta: mails are put together, signed and handed to a mail server."""
