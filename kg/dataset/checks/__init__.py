"""What must hold of every version of a store, and how it is checked."""
