package app

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/cli"
	"baihuo/internal/connect/oidc"
	"baihuo/internal/fault"
	"baihuo/internal/web"
)

var (
	errListen = fault.New(fault.Invalid, "listen_open", "监听 %q 会让密码明文经过网络:请加 --tls-cert 和 --tls-key,或用 --behind-proxy 指明反向代理的地址;只在本机使用请监听 127.0.0.1",
		"Listening on %q would send passwords over the network in the clear: give --tls-cert and --tls-key, or name the reverse proxy with --behind-proxy; for this machine alone listen on 127.0.0.1")
	errTLS   = fault.New(fault.Invalid, "tls_pair", "--tls-cert 和 --tls-key 必须一起给出", "--tls-cert and --tls-key go together")
	errOIDC  = fault.New(fault.Invalid, "oidc_incomplete", "--oidc-issuer 还需要 --oidc-client 和 --url(浏览器从登录服务回来的地址)", "--oidc-issuer also needs --oidc-client and --url, to which the provider sends the browser back")
	errProxy = fault.New(fault.Invalid, "proxy_range", "--behind-proxy %q 不是 IP 地址或网段", "--behind-proxy %q is no address and no range")
)

// front is how the doors meet the world: in the clear on this machine alone, by TLS of
// our own, or behind a proxy that does it.
type front struct {
	listen  string
	cert    *certificate
	proxies []netip.Prefix
	// url is how people reach the house, where it was said.
	url string
	// waits are how long slow clients are waited for.
	waits api.Waits
	// signOn is single sign-on, where it is configured.
	signOn web.SignOn
}

func frontOf(o cli.Serve) (f front, err error) {
	f = front{listen: o.Listen, url: strings.TrimRight(o.URL, "/")}
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return f, errTLS
	}
	if o.OIDCIssuer != "" {
		if o.OIDCClient == "" || f.url == "" {
			return f, errOIDC
		}
		f.signOn = oidc.New(oidc.Options{Issuer: o.OIDCIssuer, Client: o.OIDCClient, Secret: os.Getenv("BAIHUO_OIDC_SECRET"), Back: f.url + "/sign-in/back"})
	}
	if o.TLSCert != "" {
		f.cert = &certificate{cert: o.TLSCert, key: o.TLSKey, wall: time.Now}
		if _, err := f.cert.load(); err != nil {
			return f, err
		}
	}
	for _, text := range o.BehindProxy {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return f, errProxy.With(text)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		f.proxies = append(f.proxies, p.Masked())
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return f, errListen.With(o.Listen).Wrap(err)
	}
	if !f.https() && !thisMachine(host) {
		return f, errListen.With(o.Listen)
	}
	return f, nil
}

func thisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// https says that people come by https.
func (f front) https() bool { return f.cert != nil || len(f.proxies) > 0 }

// base is the address to print: what was said, or what is listened on.
func (f front) base(l net.Listener) string {
	switch {
	case f.url != "":
		return f.url
	case f.cert != nil:
		return "https://" + l.Addr().String()
	}
	return "http://" + l.Addr().String()
}

func (f front) trusted(a netip.Addr) bool {
	for _, p := range f.proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// address tells where a request comes from. Behind a proxy it is the last address in
// X-Forwarded-For that is no proxy of ours: those before it are what the caller says
// of himself.
func (f front) address(r *http.Request) netip.Addr {
	from := api.Peer(r)
	if !f.trusted(from) {
		return from
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && f.trusted(from); i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		from = a.Unmap()
	}
	return from
}

// secure says that a request came by https, at our own end or at the proxy's.
func (f front) secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	words := strings.Split(strings.Join(r.Header.Values("X-Forwarded-Proto"), ","), ",")
	return f.trusted(api.Peer(r)) && strings.EqualFold(strings.TrimSpace(words[len(words)-1]), "https")
}

// serve answers on a listener until the server is shut down.
func (f front) serve(server *http.Server, l net.Listener) error {
	if f.cert == nil {
		return server.Serve(l)
	}
	server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.cert.load() }}
	return server.ServeTLS(l, "", "")
}

// certificate is a pair of files that somebody renews while we run. They are read again
// when they changed, looked at once a minute at most; a pair that does not fit, as in
// the middle of a renewal, leaves the one before in use.
type certificate struct {
	cert, key string
	wall      func() time.Time

	mu     sync.Mutex
	looked time.Time
	stamp  [2]time.Time
	pair   *tls.Certificate
}

func (c *certificate) load() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.wall()
	if c.pair != nil && now.Sub(c.looked) < time.Minute {
		return c.pair, nil
	}
	c.looked = now
	var stamp [2]time.Time
	for i, name := range []string{c.cert, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return c.pair, c.orNone(err)
		}
		stamp[i] = info.ModTime()
	}
	if c.pair != nil && stamp == c.stamp {
		return c.pair, nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return c.pair, c.orNone(err)
	}
	c.pair, c.stamp = &pair, stamp
	return c.pair, nil
}

// orNone keeps an error to itself while there is a pair to go on with.
func (c *certificate) orNone(err error) error {
	if c.pair != nil {
		return nil
	}
	return err
}
