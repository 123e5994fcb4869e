# Links of docs/*.md, where these are installed; what is not installed is named without a link.
s#\.\./contrib/#examples/#g
s#\.\./Examples/Echo#examples/echo#g
s#\.\./Tests/Fixtures#examples#g
s#\.\./Sources/CWorkerPlugin/include#../../../include#g
s#\[([^]]*)\]\((\.\./(README|Python|Sources|Benchmarks|Examples|Templates|Tests)|architecture|assurance|style|decisions/)[^)]*\)#\1#g
