"""The call centre's pages: one screen, for one caller at a time."""
