"""What the machine does meanwhile: load, clocks, memory, temperatures and power, sampled, shown and summed up."""
