"""The whole extension surface: small protocols that adapters implement. No implementation lives here."""
