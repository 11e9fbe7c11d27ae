"""What a device keeps on its disk, all below one folder. Power may fail at any byte."""
