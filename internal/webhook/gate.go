package webhook

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Whoever may write an endpoint's address could make the hub call what only the hub
// can reach: itself, the house's network, the metadata service of a cloud. The gate
// stands twice in the way.
//
// Check looks at the shape of an address when it is written and before each
// attempt. It takes a plain https address of a public name, or of an IP address in
// its one normal spelling, and refuses whatever two programs might read differently:
// 0177.1, 2130706433, user@host, other alphabets, other dots.
//
// admit looks at the address that is really dialled, after the name was resolved and
// before the first packet, so that a name that resolves differently the second time
// gains nothing. Redirects and proxies from the environment are not followed
// (call.go).
//
// The operator may open the gate for hosts by name and port, and for ranges of
// addresses: NewGate. Only there is http taken.

// Gate says where calls may go. The zero Gate makes no exceptions.
type Gate struct {
	hosts map[string]bool // "erp.lan:8080"
	ports map[string]bool // beside 443 and 8443
	nets  []netip.Prefix
}

// NewGate makes a gate with the operator's exceptions: "host:port", which is then
// called wherever it resolves to; ranges such as "10.1.0.0/16", in which every
// address and port may be called; and ports such as ":9443" of public hosts. Fault:
// ErrAllow names the entry.
func NewGate(allow []string) (*Gate, error) {
	g := &Gate{hosts: map[string]bool{}, ports: map[string]bool{}}
	for _, entry := range allow {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if p, err := netip.ParsePrefix(entry); err == nil {
			g.nets = append(g.nets, p.Masked())
			continue
		}
		host, port, err := net.SplitHostPort(entry)
		switch {
		case err != nil || !isPort(port) || host != "" && !plainHost(host):
			return nil, ErrAllow.With(entry)
		case host == "":
			g.ports[port] = true
		default:
			g.hosts[net.JoinHostPort(host, port)] = true
		}
	}
	return g, nil
}

const urlMax = 2000

// wrong is what is the matter with an address and how to mend it.
type wrong struct{ zh, en string }

var (
	wrongText = &wrong{"网址应为 1 到 2000 个英文字符,不含空格和反斜杠;中文域名写成 xn-- 形式,路径里的中文写成 %E4 形式",
		"is 1 to 2000 ASCII characters without blanks and backslashes; write other scripts as xn-- in the host and as %E4 in the path"}
	wrongForm = &wrong{"不是完整的网址;请写成 https://hooks.example.com/path",
		"is not a whole address; write it as https://hooks.example.com/path"}
	wrongScheme = &wrong{"网址要以 https:// 开头;内网的 http 地址要先由运维加入放行名单(主机:端口)",
		"begins with https://; an http address inside is first put on the allow list by the operator (host:port)"}
	wrongUser = &wrong{"网址里不能有用户名和密码;请去掉 @ 和它前面的部分,对方应核对签名",
		"holds no user name or password; remove the part before @, and let the receiver verify the signature"}
	wrongFragment = &wrong{"请去掉 # 和它后面的部分", "has no part after #; remove it"}
	wrongHost     = &wrong{"主机名应为普通域名,如 hooks.example.com", "names a host such as hooks.example.com"}
	wrongIP       = &wrong{"IP 地址要用通常的写法,如 203.0.113.7 或 [2001:db8::7]", "writes an IP address the usual way, such as 203.0.113.7 or [2001:db8::7]"}
	wrongInside   = &wrong{"这个地址在本机、内网或保留网段,不能推送;请换成公网地址,或由运维加入放行名单",
		"lies on this machine, inside a private network or in a reserved range; give a public address, or have the operator put it on the allow list"}
	wrongPort = &wrong{"端口只能是 443 或 8443;其他端口要先由运维加入放行名单(主机:端口)",
		"has port 443 or 8443; any other is first put on the allow list by the operator (host:port)"}
)

// Check gives an address in its normal form, or ErrInvalid with the field url and
// how to mend it.
func (g *Gate) Check(address string) (string, error) {
	clean, bad := g.check(address)
	if bad != nil {
		return "", ErrInvalid.Field("url", bad.zh, bad.en)
	}
	return clean, nil
}

func (g *Gate) check(address string) (string, *wrong) {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > urlMax || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return "", wrongText
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "", wrongForm
	case u.User != nil || strings.Contains(u.Host, "@"):
		return "", wrongUser
	case strings.Contains(address, "#"):
		return "", wrongFragment
	case u.Scheme != "https" && u.Scheme != "http":
		return "", wrongScheme
	}
	host, port, bad := g.checkHost(u)
	if bad != nil {
		return "", bad
	}
	clean := url.URL{Scheme: u.Scheme, Host: host, Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
	if clean.Path == "" {
		clean.Path = "/"
	}
	if port != defaultPort(u.Scheme) {
		clean.Host += ":" + port
	}
	return clean.String(), nil
}

// checkHost gives the host as it stands in an address (IPv6 in brackets) and its port.
func (g *Gate) checkHost(u *url.URL) (host, port string, bad *wrong) {
	name := strings.ToLower(u.Hostname())
	port = u.Port()
	if port == "" {
		port = defaultPort(u.Scheme)
	}
	if !isPort(port) {
		return "", "", wrongPort
	}
	ip, isIP := literal(name)
	bracketed := strings.HasPrefix(u.Host, "[")
	switch {
	case bracketed && !isIP, isIP && bracketed != ip.Is6():
		return "", "", wrongIP
	case !isIP && !plainHost(name):
		return "", "", wrongHost
	}
	named := g.hosts[net.JoinHostPort(name, port)]
	free := named || isIP && g.within(ip)
	switch {
	case isIP && !free && inside(ip):
		return "", "", wrongInside
	case !isIP && !named && numeric(name):
		return "", "", wrongIP
	case !isIP && !named && !publicName(name):
		return "", "", wrongInside
	case !free && u.Scheme != "https":
		return "", "", wrongScheme
	case !free && !g.port(port):
		return "", "", wrongPort
	}
	if bracketed {
		name = "[" + name + "]"
	}
	return name, port, nil
}

// literal reads an IP address in its one normal spelling.
func literal(host string) (ip netip.Addr, ok bool) {
	ip, err := netip.ParseAddr(host)
	return ip, err == nil && ip.Zone() == "" && !ip.Is4In6() && ip.String() == host
}

// plainHost says that host is made of labels of letters, digits and hyphens, or is
// an IP address.
func plainHost(host string) bool {
	if _, ok := literal(host); ok {
		return true
	}
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// numeric says that some program might read host as a number: its last label begins
// with a digit.
func numeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != "" && last[0] >= '0' && last[0] <= '9'
}

// insideNames are the endings of names that mean this machine or this network.
var insideNames = []string{"localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa"}

// publicName says that a host's name may belong to the public network.
func publicName(host string) bool {
	return strings.Contains(host, ".") && !slices.ContainsFunc(insideNames, func(end string) bool {
		return strings.HasSuffix(host, "."+end)
	})
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

// isPort says that text is a port in its normal spelling.
func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0 && strconv.FormatUint(n, 10) == text
}

// port says whether public hosts are called at it.
func (g *Gate) port(port string) bool { return port == "443" || port == "8443" || g.ports[port] }

func (g *Gate) within(ip netip.Addr) bool {
	return slices.ContainsFunc(g.nets, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// admit refuses an address that is about to be dialled.
func (g *Gate) admit(network, address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" || to.Addr().Zone() != "" {
		return errAddress
	}
	ip := to.Addr().Unmap()
	if g.within(ip) {
		return nil
	}
	if inside(ip) || !g.port(strconv.Itoa(int(to.Port()))) {
		return errAddress
	}
	return nil
}

// dialer gives what a transport dials with. The check lies in the control function,
// which sees the address that the name resolved to.
func (g *Gate) dialer(resolver *net.Resolver, timeout time.Duration) func(context.Context, string, string) (net.Conn, error) {
	guarded := net.Dialer{Timeout: timeout, Resolver: resolver,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return g.admit(network, address)
		}}
	allowed := net.Dialer{Timeout: timeout, Resolver: resolver}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if g.hosts[address] {
			return allowed.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
}
