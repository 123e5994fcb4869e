own = "installed"
