// Package web is the door for people: server-rendered pages. It translates and
// holds no rule.
//
// For now it is the live status page: what comes in, where each order stands and
// why it waits, what needs a person, what lies in the warehouses. It changes
// nothing and shows masks only, so it asks for nothing; it is served to this
// machine alone.
//
// A page works without script. A small script asks for its live part every two
// seconds and puts it in place. What all viewers see alike is gathered at most
// once a second, however many look.
//
// Languages: Chinese first, English by ?lang=en, which is remembered. Every word
// stands in words.go in both; a word that is missing fails the tests.
package web
