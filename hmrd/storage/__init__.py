"""The files of a device, all below one folder. Power may fail at any byte."""
