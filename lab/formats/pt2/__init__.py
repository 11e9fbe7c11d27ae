"""Programs of PyTorch (`torch.export`): read as data, and converted."""
