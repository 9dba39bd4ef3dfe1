package mcp

import (
	"context"
	"io"
	"net/http"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// Proxy speaks with an assistant over in and out and hands its calls to the hub at url
// with an API key, until in ends. Fault: ErrDoor when the hub does not take it.
func Proxy(ctx context.Context, url, key string, in io.ReadCloser, out io.WriteCloser) error {
	client := sdk.NewClient(&sdk.Implementation{Name: "baihuo-stdio", Version: "1"}, nil)
	hub, err := client.Connect(ctx, &sdk.StreamableClientTransport{Endpoint: url, HTTPClient: &http.Client{Transport: bearer(key)},
		DisableStandaloneSSE: true, MaxRetries: -1}, nil)
	if err != nil {
		return ErrDoor.With(err.Error()).Wrap(err)
	}
	defer hub.Close()
	server := sdk.NewServer(&sdk.Implementation{Name: "baihuo", Title: "百货 Baihuo", Version: "1"},
		&sdk.ServerOptions{Instructions: instructions, Capabilities: &sdk.ServerCapabilities{}})
	for t, err := range hub.Tools(ctx, nil) {
		if err != nil {
			return ErrDoor.With(err.Error()).Wrap(err)
		}
		server.AddTool(t, func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			return hub.CallTool(ctx, &sdk.CallToolParams{Name: r.Params.Name, Arguments: r.Params.Arguments})
		})
	}
	return server.Run(ctx, &sdk.IOTransport{Reader: in, Writer: out, MaxLineLength: bodyMax})
}

// bearer sends the key with each request.
type bearer string

// RoundTrip sends a copy of the request that bears the key.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}
