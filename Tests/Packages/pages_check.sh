#!/bin/sh
# pages_check.sh PAGE...: what man and mandoc say of man pages; they say nothing of good ones.
set -u
status=0
complain() { echo "FAILED $1" >&2; status=1; }
for page; do
    # Of the ends of pages: terminals have none.
    said=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>&1 > /dev/null | grep -v 'will not fit on one page$')
    [ -z "$said" ] || complain "man of $page: $said"
    said=$(mandoc -T lint -W warning "$page") || complain "mandoc of $page: $said"
    # An archive of pages finds them by this line.
    lexgrog "$page" > /dev/null || complain "$page has no name that whatis can read"
done
[ $status -ne 0 ] || echo "ok   man and mandoc take $# pages"
exit $status
