"""A plugin whose name is all that the standard library says of packages, and for how many files it looked."""


def counted(function):
    from importlib.metadata import PackagePath

    looked = []
    locate = PackagePath.locate
    PackagePath.locate = lambda path: looked.append(path) or locate(path)
    try:
        return [function(), len(looked)]
    finally:
        PackagePath.locate = locate


class Plugin:
    @property
    def name(self):
        from importlib.metadata import packages_distributions

        return counted(packages_distributions)

    def execute(self):
        from importlib.metadata import packages_distributions

        return counted(packages_distributions)
