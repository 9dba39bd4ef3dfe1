package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"baihuo/internal/fault"
)

const (
	answerMax  = 64 << 10
	answerKept = 200
	agent      = "baihuo-webhook/1"
)

// newClient makes the client of a sender: it dials through the gate, follows no
// redirect and no proxy of the environment, and verifies certificates.
func newClient(g *Gate, o Options) *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            g.dialer(o.Resolver, o.Timeout),
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    o.Timeout,
			DisableCompression:     true,
			MaxResponseHeaderBytes: answerMax,
			MaxIdleConnsPerHost:    callsMax,
			MaxIdleConns:           2 * endpointsMax,
			IdleConnTimeout:        30 * time.Second,
		},
	}
}

// call makes one attempt and tells what came of it. It is signed with the time of
// the database's clock.
func (s *Sender) call(ctx context.Context, address string, o outgoing) answer {
	if o.body == nil {
		return answer{failed: errEvent}
	}
	address, err := s.kit.Gate.Check(address) // the operator may have closed it since
	if err != nil {
		return answer{failed: errAddress.Wrap(err)}
	}
	within, stop := context.WithTimeout(ctx, s.o.Timeout)
	defer stop()
	req, err := http.NewRequestWithContext(within, http.MethodPost, address, bytes.NewReader(o.body))
	if err != nil {
		return answer{failed: errAddress.Wrap(err)}
	}
	message, second := o.delivery.MessageID(), s.d.Now().Time().Unix()
	req.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {agent}, "Webhook-Id": {message},
		"Webhook-Timestamp": {strconv.FormatInt(second, 10)}, "Webhook-Signature": {sign(o.keys, message, second, o.body)},
	}
	resp, err := s.client.Do(req)
	switch {
	case err != nil && ctx.Err() != nil:
		return answer{failed: errStopped}
	case err != nil:
		return answer{failed: failure(err)}
	}
	defer resp.Body.Close()
	// What was read when the time ran out, or the connection broke, is enough.
	text, _ := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	return answer{status: int64(resp.StatusCode), text: plain(string(text), answerKept), after: retryAfter(resp)}
}

// retryAfter reads for how many seconds a receiver asks us to wait; its form as a
// date is not obeyed.
func retryAfter(resp *http.Response) time.Duration {
	n, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || n < 0 || resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode < 500 {
		return 0
	}
	return time.Duration(min(n, int(retryAfterMax/time.Second))) * time.Second
}

// failure tells why there was no answer, in words that may be kept.
func failure(err error) *fault.Fault {
	var (
		f         *fault.Fault
		name      *net.DNSError
		cert      *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		timeout   interface{ Timeout() bool }
		whole     *url.Error
	)
	if errors.As(err, &whole) {
		err = whole.Err // without the address, which may hold a secret of the receiver
	}
	switch {
	case errors.As(err, &f):
		return f.Wrap(err)
	case errors.As(err, &cert), errors.As(err, &authority):
		return errTLS.Wrap(err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout.Wrap(err)
	case errors.As(err, &name):
		return errName.Wrap(err)
	}
	return errConnect.Wrap(err)
}
