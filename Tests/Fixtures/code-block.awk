# Prints the first fenced block of `language` in a Markdown file, of those under the heading `under` if that is given.
BEGIN { inside = -(under != "") }
under != "" && $0 == under { inside = 0 }
/^```/ && inside == 1 { exit }
$0 == "```" language && inside == 0 { inside = 1; next }
inside == 1
