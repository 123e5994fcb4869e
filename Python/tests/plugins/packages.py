"""A plugin whose name is all that the standard library says of packages, and for how many files it looked."""

import sys


def counted(function):
    from importlib.metadata import PackagePath

    looked = []
    locate = PackagePath.locate
    PackagePath.locate = lambda path: looked.append(path) or locate(path)
    try:
        return [function(), len(looked)]
    finally:
        PackagePath.locate = locate


def told(names, metadata):
    """What packages say of themselves, by each way to ask; and whether their names had the reader of mail imported."""
    heads = {}
    mail = "email.message" in sys.modules  # in 3.12 from the start
    for name in names:
        try:
            heads[name] = metadata(name)
            heads[name]["Name"]
        except Exception as error:
            heads[name] = {"Name": repr(error)}
    mail = "email.message" in sys.modules and not mail
    ways = lambda head: [head["Name"], head["Version"], head.get("Summary"), "Version" in head, list(head), len(head)]
    return {name: "Version" in head and ways(head) for name, head in heads.items()}, mail


def everything():
    from importlib.metadata import metadata, packages_distributions

    found = counted(packages_distributions)
    names = {str(name) for names in found[0].values() for name in names}
    return found + list(told(sorted(names), metadata))


class Plugin:
    @property
    def name(self):
        from importlib.metadata import packages_distributions  # the runner looks for that word

        return packages_distributions and everything()

    def execute(self):
        return everything()
