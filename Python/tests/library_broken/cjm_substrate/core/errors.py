raise RuntimeError("this library is broken")
