# Prints the first fenced block of `language` in a Markdown file.
/^```/ && inside { exit }
$0 == "```" language { inside = 1; next }
inside
