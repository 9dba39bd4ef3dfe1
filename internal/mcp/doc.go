// Package mcp is the door for assistants: the Model Context Protocol over HTTP (/mcp)
// and, by way of a running hub, over standard input and output (Proxy).
//
// Owns: the tools, the tokens of previews, what became of them. Does not own: any rule
// of trade; a tool asks the same verbs as the other doors, under the permits and the
// scope of the API key that its caller bears.
//
// A command is called twice. The first call does the work, looks at what it did, and
// undoes it: what the preview shows and refuses is what the verb itself decided. It
// gives a token. The second call, with the same arguments and the token, does the work
// for good, once. The token is a keyed digest over the caller, the tool, the arguments,
// the version of what is changed and the moment it lapses: any node can judge it, and
// nothing is written before somebody acts.
//
// Times: a token lapses by the real clock (Config.Wall); what is done carries the time
// of its transaction.
package mcp
