"""Where evidence is read: live clusters, snapshots, recordings of either. Nothing here can change anything."""
