package webhook_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"baihuo/internal/webhook"
)

func gate(t testing.TB, allow ...string) *webhook.Gate {
	t.Helper()
	g, err := webhook.NewGate(allow)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestCheck(t *testing.T) {
	taken := map[string]string{
		"https://hooks.example.com":                  "https://hooks.example.com/",
		"https://hooks.example.com:443/a":            "https://hooks.example.com/a",
		" HTTPS://Hooks.Example.COM:8443/A/b?x=1&y=": "https://hooks.example.com:8443/A/b?x=1&y=",
		"https://xn--fiq228c.example.cn/%E4%B8%AD":   "https://xn--fiq228c.example.cn/%E4%B8%AD",
		"https://a_b.example.com/a%2Fb":              "https://a_b.example.com/a%2Fb",
		"https://8.8.8.8/x":                          "https://8.8.8.8/x",
		"https://[2606:4700::1111]:8443/":            "https://[2606:4700::1111]:8443/",
		"https://example.com:/":                      "https://example.com/",
	}
	for given, want := range taken {
		if got, err := gate(t).Check(given); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", given, got, err, want)
		}
	}
	refused := []string{
		"", "hooks.example.com", "//hooks.example.com/", "https:hooks.example.com", "https://", "https:///x", "ftp://example.com/",
		"javascript:alert(1)", "file:///etc/passwd", "gopher://example.com/", "http://hooks.example.com/", "https://example.com:80/",
		"https://example.com:0443/", "https://example.com:0/", "https://example.com:65536/", "https://example.com:-1/", "https://example.com:x/",
		"https://user@example.com/", "https://user:pass@example.com/", "https://@example.com/", "https://example.com#x", "https://example.com/#",
		"https://example.com./", "https://.example.com/", "https://example..com/", "https://-a.example.com/", "https://exa mple.com/",
		"https://example.com\\@127.0.0.1/", "https://example.com\t/", "https://例子.测试/", "https://example。com/", "https://ex%61mple.com/",
		"https://%65xample.com/", "https://example.com%00.evil.com/", "https://localhost/", "https://intranet/", "https://db.internal/",
		"https://printer.local/", "https://router.lan/", "https://a.localhost/", "https://[::1", "https://[example.com]/",
		"https://[8.8.8.8]/", "https://2606:4700::1111/", "https://example.123/", "https://1.2.3.4.5/", "https://0x8.8.8.8/",
		"https://" + strings.Repeat("a", 64) + ".com/", "https://" + strings.Repeat("a.", 130) + "com/", "https://example.com/" + strings.Repeat("a", 2000),
	}
	for _, given := range refused {
		if got, err := gate(t).Check(given); !errors.Is(err, webhook.ErrInvalid) || got != "" {
			t.Errorf("%s: %q, %v", given, got, err)
		}
	}
}

func TestAllow(t *testing.T) {
	g := gate(t, "ERP.lan:8080", "10.1.0.0/16", "fd00:1::/32", ":9443", "127.0.0.1:7000", "[::1]:7000")
	for given, want := range map[string]bool{
		"http://erp.lan:8080/": true, "https://erp.lan:8080/": true, "http://erp.lan/": false, "https://erp.lan:443/": false,
		"http://10.1.2.3:9000/": true, "https://10.1.2.3/": true, "http://10.2.0.1/": false, "http://[fd00:1::5]/": true, "http://[fd00:2::5]/": false,
		"https://hooks.example.com:9443/": true, "http://hooks.example.com:9443/": false, "https://127.0.0.1:9443/": false,
		"http://127.0.0.1:7000/": true, "http://127.0.0.1:7001/": false, "http://[::1]:7000/": true, "http://0177.0.0.1:7000/": false,
	} {
		if _, err := g.Check(given); (err == nil) != want {
			t.Errorf("%s: %v, want taken %v", given, err, want)
		}
	}
	for _, entry := range []string{"", "erp.lan", "erp.lan:", "erp.lan:0", "erp.lan:99999", "erp lan:80", "10.1.0.0/99", "*:80", ":", "a:b:c"} {
		if _, err := webhook.NewGate([]string{entry}); !errors.Is(err, webhook.ErrAllow) {
			t.Errorf("%q: %v", entry, err)
		}
	}
}

func TestInside(t *testing.T) {
	for _, ip := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.255",
		"168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
		"198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1",
		"2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "4000::1",
	} {
		if !webhook.Inside(netip.MustParseAddr(ip)) {
			t.Errorf("%s is called", ip)
		}
	}
	for _, ip := range []string{"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
		"168.63.129.17", "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2400:3200::1", "240e::1"} {
		if webhook.Inside(netip.MustParseAddr(ip)) {
			t.Errorf("%s is refused", ip)
		}
	}
}

// resolver answers every question with the addresses that now gives.
func resolver(now func() []string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			for answer(there, now) == nil {
			}
		}()
		return here, nil
	}}
}

func always(addresses ...string) func() []string { return func() []string { return addresses } }

// answer reads a question (RFC 1035, over a stream) and answers it with the addresses
// of its family.
func answer(c net.Conn, now func() []string) error {
	var size uint16
	if err := binary.Read(c, binary.BigEndian, &size); err != nil {
		return err
	}
	q := make([]byte, size)
	if _, err := io.ReadFull(c, q); err != nil {
		return err
	}
	end := 12
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	wants4 := binary.BigEndian.Uint16(q[end+1:]) == 1
	reply := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end+5]...)
	for _, text := range now() {
		if ip := netip.MustParseAddr(text); ip.Is4() == wants4 {
			data := ip.AsSlice()
			reply[7]++
			reply = append(reply, 0xc0, 12, q[end+1], q[end+2], 0, 1, 0, 0, 0, 0, 0, byte(len(data)))
			reply = append(reply, data...)
		}
	}
	_, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	return err
}

// trap is a socket on every address of this machine that must see nobody.
type trap struct {
	l    net.Listener
	port string
	seen chan string
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	tr := &trap{l: l, seen: make(chan string, 10_000)}
	_, tr.port, _ = net.SplitHostPort(l.Addr().String())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 1)
			_, _ = c.Read(b)
			tr.seen <- string(b)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return tr
}

// alone knocks once, to prove that the trap works, and fails when somebody was there
// before: connections are accepted in their order.
func (tr *trap) alone(t *testing.T) {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+tr.port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("K")); err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		if got := <-tr.seen; got == "K" {
			if n > 0 {
				t.Errorf("the socket saw %d connections", n)
			}
			return
		}
	}
}

// spellings writes an IPv4 address in the ways that some program somewhere reads.
func spellings(ip netip.Addr) []string {
	b := ip.As4()
	n := binary.BigEndian.Uint32(b[:])
	dotted := func(format string, sep string) string {
		return fmt.Sprintf(strings.Join([]string{format, format, format, format}, sep), b[0], b[1], b[2], b[3])
	}
	plain := ip.String()
	escaped := ""
	for _, c := range []byte(plain) {
		escaped += fmt.Sprintf("%%%02x", c)
	}
	wide := func(r rune) rune {
		if r == '.' {
			return '\uff0e'
		}
		return r - '0' + '\uff10'
	}
	circled := strings.NewReplacer("1", "①", "2", "②", "3", "③", "4", "④", "5", "⑤", "6", "⑥", "7", "⑦", "8", "⑧", "9", "⑨", "0", "⓪")
	list := []string{
		plain, plain + ".", dotted("%03d", "."), dotted("%05d", "."), dotted("0%o", "."), dotted("00%o", "."), dotted("0x%x", "."), dotted("0X%X", "."),
		dotted("0x%02x", "."), dotted("0x000%x", "."), fmt.Sprint(n), fmt.Sprintf("0%o", n), fmt.Sprintf("0x%x", n), fmt.Sprintf("0X%08X", n),
		fmt.Sprintf("0x00000000%08x", n), fmt.Sprint(uint64(n) + 1<<32), fmt.Sprintf("%d.", n), fmt.Sprintf("%d.%d", b[0], n&0xffffff),
		fmt.Sprintf("%d.%d.%d", b[0], b[1], n&0xffff), fmt.Sprintf("0x%x.%d", b[0], n&0xffffff), fmt.Sprintf("0%o.0x%x", b[0], n&0xffffff),
		fmt.Sprintf("%d.0x%x.0%o.%d", b[0], b[1], b[2], b[3]), fmt.Sprintf("%d.%d.%d.%d", int(b[0])+256, b[1], b[2], b[3]),
		strings.ReplaceAll(plain, ".", "\u3002"), strings.ReplaceAll(plain, ".", "\uff0e"), strings.ReplaceAll(plain, ".", "\uff61"),
		strings.Map(wide, plain), circled.Replace(plain),
		strings.ReplaceAll(plain, ".", "%2e"), strings.ReplaceAll(plain, ".", "%E3%80%82"), escaped, "user@" + plain, "user:pass@" + plain,
		"hooks.example.com@" + plain, "hooks.example.com:443@" + plain, plain + "%00", plain + "%20", plain + "%0d%0a", "[" + plain + "]",
		"[::ffff:" + plain + "]", fmt.Sprintf("[::ffff:%x:%x]", n>>16, n&0xffff), fmt.Sprintf("[0:0:0:0:0:ffff:%x:%x]", n>>16, n&0xffff),
		fmt.Sprintf("[0000:0000:0000:0000:0000:ffff:%04X:%04X]", n>>16, n&0xffff), "[::" + plain + "]", fmt.Sprintf("[::%x:%x]", n>>16, n&0xffff),
		"[64:ff9b::" + plain + "]", fmt.Sprintf("[64:ff9b::%x:%x]", n>>16, n&0xffff), fmt.Sprintf("[64:ff9b:1::%x:%x]", n>>16, n&0xffff),
		fmt.Sprintf("[2002:%x:%x::1]", n>>16, n&0xffff), fmt.Sprintf("[2001:0:%x:%x::%x:%x]", n>>16, n&0xffff, ^n>>16, ^n&0xffff),
		fmt.Sprintf("[::ffff:0:%x:%x]", n>>16, n&0xffff), "[::ffff:" + plain + "%25lo]",
		plain + "#@hooks.example.com", plain + "?@hooks.example.com", plain + "\\@hooks.example.com", plain + "&@hooks.example.com",
	}
	return list
}

// names resolve to this machine: through DNS nobody can tell by their shape.
var names = []string{
	"localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "a.localhost", "ip6-localhost", "broadcasthost", "127.0.0.1.nip.io",
	"localtest.me", "lvh.me", "rebind.example.com", "metadata.google.internal", "metadata", "kubernetes.default.svc", "host.docker.internal",
	"hooks.example.com", "xn--fiq228c.example.com", "instance-data", "gateway.lan", "0", "00", "0x0", "1", "127.1", "127.0.1", "0.0",
}

var others = []string{
	"[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::01]", "[::1%25lo]", "[::1%25eth0]", "[fe80::1]",
	"[fe80::1%25eth0]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[ff02::1]", "[ff01::1]", "[100::1]", "[2001:db8::1]", "[2001:2::1]",
	"[2001::1]", "[3fff::1]", "[5f00::1]", "[4000::1]", "[::ffff:0:0]", "[::ffff:7f00:1]", "[::7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
}

// T67: whatever the spelling, by its shape or at the moment of dialling, nothing
// inside is called. The trap listens on every address of this machine.
func TestNobodyInsideIsCalled(t *testing.T) {
	begun := time.Now()
	tr := newTrap(t)
	g := gate(t, ":"+tr.port) // so that it is the address that is refused, not the port
	client := webhook.NewClient(g, resolver(always("127.0.0.1", "::1")))
	hosts := append(append([]string{}, names...), others...)
	shapes := 0 // what the shape alone must refuse
	for _, ip := range []string{"127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.0.1", "172.16.0.1", "100.100.100.200",
		"168.63.129.16", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"} {
		for _, host := range spellings(netip.MustParseAddr(ip)) {
			shapes++
			if clean, err := g.Check("https://" + host + ":" + tr.port + "/"); err == nil {
				t.Errorf("%s passes by its shape as %s", host, clean)
			}
			if clean, err := g.Check("https://" + host + "/"); err == nil {
				t.Errorf("%s passes by its shape as %s", host, clean)
			}
			hosts = append(hosts, host)
		}
	}
	for _, host := range others {
		if clean, err := g.Check("https://" + host + ":" + tr.port + "/"); err == nil {
			t.Errorf("%s passes by its shape as %s", host, clean)
		}
	}
	if len(hosts) < 300 {
		t.Fatalf("only %d spellings", len(hosts))
	}
	tried := 0
	for _, host := range hosts {
		for _, scheme := range []string{"https", "http"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, scheme+"://"+host+":"+tr.port+"/", strings.NewReader("{}"))
			if err != nil {
				continue // no address at all
			}
			tried++
			if resp, err := client.Do(req); err == nil {
				resp.Body.Close()
				t.Errorf("%s answered", req.URL)
			}
		}
	}
	tried += viaNames(t, tr, g) + viaRedirects(t, tr, hosts) + viaPorts(t, tr)
	tr.alone(t)
	if !t.Failed() {
		fmt.Printf("PROOF nobody inside is called | %d spellings, %d of them refused by their shape; %d calls past it, by names that turn and redirects too, none arrived at the socket | - | %.1f s\n",
			len(hosts), shapes+len(others), tried, time.Since(begun).Seconds())
	}
}

// nowhere is a public address that is given to nobody.
const nowhere = "2d00::1"

// viaNames calls names that are inside and outside at once, or in turn from question to
// question, and gives how many calls were tried.
func viaNames(t *testing.T, tr *trap, g *webhook.Gate) (tried int) {
	t.Helper()
	var asked atomic.Int64
	var all sync.WaitGroup
	for _, now := range []func() []string{
		always("127.0.0.1", nowhere), always("::1", nowhere), always(nowhere, "127.0.0.1", "::1"), always("10.0.0.1", "127.0.0.1", nowhere),
		always("::ffff:7f00:1", nowhere), always("0.0.0.0", "::", nowhere), always("169.254.169.254", "fd00:ec2::254", "127.0.0.1"),
		func() []string { return [][]string{{nowhere}, {"127.0.0.1", "::1"}}[asked.Add(1)%2] },
		func() []string { return [][]string{{"127.0.0.1"}, {nowhere, "::1"}, {nowhere}}[asked.Add(1)%3] },
	} {
		client := webhook.NewClient(g, resolver(now))
		client.Timeout = 500 * time.Millisecond // where the way to nowhere is long; the other family begins after 300
		for n := range 2 {
			address, err := g.Check(fmt.Sprintf("https://hook%d.example.com:%s/", n, tr.port))
			if err != nil {
				t.Fatal(err)
			}
			tried++
			all.Go(func() {
				if resp, err := client.Post(address, "application/json", strings.NewReader("{}")); err == nil {
					resp.Body.Close()
					t.Errorf("%s answered", address)
				}
			})
		}
	}
	all.Wait()
	return tried
}

// viaRedirects has a receiver that may be called send the hub on to every spelling.
func viaRedirects(t *testing.T, tr *trap, hosts []string) (tried int) {
	t.Helper()
	to := ""
	codes := []int{301, 302, 303, 307, 308}
	v := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(codes[tried%len(codes)])
	}))
	defer v.Close()
	g := gate(t, ":"+tr.port, strings.TrimPrefix(v.URL, "http://"))
	client := webhook.NewClient(g, resolver(always("127.0.0.1", "::1")))
	for _, host := range hosts {
		to = "http://" + host + ":" + tr.port + "/"
		resp, err := client.Post(v.URL, "application/json", strings.NewReader("{}"))
		if err != nil {
			continue // the place makes no sense to the client
		}
		resp.Body.Close()
		if tried++; resp.StatusCode/100 != 3 {
			t.Errorf("to %s: %d", to, resp.StatusCode)
		}
	}
	return tried
}

// viaPorts calls the socket under the names and ports that an operator's exceptions
// nearly name.
func viaPorts(t *testing.T, tr *trap) (tried int) {
	t.Helper()
	for _, allow := range [][]string{nil, {"127.0.0.1:1"}, {"erp.lan:1"}, {"erp.lan:" + tr.port}, {":" + tr.port}, {"10.0.0.0/8"}, {"127.0.0.2/32", ":" + tr.port}} {
		client := webhook.NewClient(gate(t, allow...), resolver(always("127.0.0.1", "::1")))
		for _, host := range []string{"127.0.0.1", "[::1]", "localhost", "erp.lan.", "erp.lan.example.com", "hooks.example.com"} {
			tried++
			if resp, err := client.Post("http://"+host+":"+tr.port+"/", "application/json", strings.NewReader("{}")); err == nil {
				resp.Body.Close()
				t.Errorf("%s answered where %v is allowed", host, allow)
			}
		}
	}
	return tried
}

// A name that was public when somebody looked is inside when it is dialled.
func TestRebinding(t *testing.T) {
	tr := newTrap(t)
	var turned atomic.Bool
	r := resolver(func() []string {
		if turned.Load() {
			return []string{"127.0.0.1", "::1"}
		}
		return []string{"8.8.8.8"}
	})
	const name = "rebind.example.com"
	seen, err := r.LookupNetIP(t.Context(), "ip", name)
	if err != nil || len(seen) != 1 || webhook.Inside(seen[0].Unmap()) {
		t.Fatalf("the first look sees %v, %v", seen, err)
	}
	g := gate(t, ":"+tr.port)
	address, err := g.Check("https://" + name + ":" + tr.port)
	if err != nil {
		t.Fatalf("by its shape: %v", err)
	}
	turned.Store(true)
	if resp, err := webhook.NewClient(g, r).Post(address, "application/json", strings.NewReader("{}")); err == nil {
		resp.Body.Close()
		t.Error("it answered")
	}
	tr.alone(t)
	d := net.Dialer{Resolver: r} // whoever does not look at the address is let in
	c, err := d.DialContext(t.Context(), "tcp", name+":"+tr.port)
	if err != nil {
		t.Fatalf("the trap is not where the name points: %v", err)
	}
	c.Close()
}

// FuzzGate: what passes is in its normal form and names nothing inside.
func FuzzGate(f *testing.F) {
	for _, seed := range append(append([]string{"https://hooks.example.com:8443/a?b=c", "https://8.8.8.8/", "https://[2606:4700::1]/"}, names...), others...) {
		f.Add(seed)
		f.Add("https://" + seed + "/")
	}
	for _, host := range spellings(netip.MustParseAddr("127.0.0.1")) {
		f.Add("https://" + host + "/")
	}
	g := gate(f)
	f.Fuzz(func(t *testing.T, given string) {
		clean, err := g.Check(given)
		if err != nil {
			return
		}
		if again, err := g.Check(clean); err != nil || again != clean {
			t.Fatalf("%q became %q and then %q, %v", given, clean, again, err)
		}
		u, err := url.Parse(clean)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.Host == "" {
			t.Fatalf("%q passes as %q: %v", given, clean, err)
		}
		if p := u.Port(); p != "" && p != "8443" {
			t.Fatalf("%q passes with port %s", given, p)
		}
		host := u.Hostname()
		if ip, err := netip.ParseAddr(host); err == nil {
			if webhook.Inside(ip) {
				t.Fatalf("%q passes, which lies inside", given)
			}
			return
		}
		last := host[strings.LastIndexByte(host, '.')+1:]
		if _, err := strconv.ParseUint(last, 0, 64); err == nil || !strings.Contains(host, ".") || strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("%q passes with the host %q", given, host)
		}
	})
}
