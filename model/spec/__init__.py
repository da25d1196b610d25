"""What scenario files and prior sets state together: the model before any mathematics."""
