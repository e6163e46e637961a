"""Where the pictures of the service come from: a folder, other servers, buckets, uploads."""
