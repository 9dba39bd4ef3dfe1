package app

import (
	"context"
	"os"
	"strings"

	"baihuo/internal/cli"
	"baihuo/internal/fault"
	"baihuo/internal/mcp"
)

var errNoHub = fault.New(fault.Conflict, "hub_not_running", "没有运行中的服务(%s 里没有 address 文件);请先运行 baihuo serve,或用 --data 指向它的数据文件夹",
	"No hub is running (there is no file address in %s); start baihuo serve first, or point --data to its data folder")

// mcp speaks with an assistant over standard input and output and hands what it asks to
// the running hub, as the caller of the API key. Standard output is the protocol's:
// nothing else is printed there.
func (p *program) mcp(ctx context.Context, c cli.Common) error {
	address, err := os.ReadFile(addressFile(c))
	if err != nil {
		return errNoHub.With(c.Data).Wrap(err)
	}
	key, err := apiKey(c)
	if err != nil {
		return err
	}
	return mcp.Proxy(ctx, "http://"+strings.TrimSpace(string(address))+"/mcp", key, os.Stdin, os.Stdout)
}
