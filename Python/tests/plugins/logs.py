import logging
import logging.handlers

logging.info("at import")


class Plugin:
    def execute(self):
        logging.getLogger("x").info("in a call")
        logging.debug("not seen")
        return [len(logging.root.handlers), logging.root.level]
