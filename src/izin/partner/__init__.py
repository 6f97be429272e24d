"""İş ortağı: who acts for companies, under mandates that they give and take back."""
