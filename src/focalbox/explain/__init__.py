"""Pictures of why a crop is where it is."""
