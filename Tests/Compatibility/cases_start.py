def check(c, m): return []
