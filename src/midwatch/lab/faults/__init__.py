"""What can be broken: a catalogue of faults, one small file each; those of the API work on real clusters too."""
