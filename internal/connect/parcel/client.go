package parcel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/shipping"
)

// The faults of the connector. ErrBusy and ErrUnreachable did nothing.
var (
	ErrBusy = fault.New(fault.Transient, "parcel_busy", "快递接口繁忙,稍后自动重试",
		"The carrier is busy; it is asked again later")
	ErrUnreachable = fault.New(fault.Transient, "parcel_unreachable", "快递接口连接不上,稍后自动重试;请检查网络和地址",
		"The carrier cannot be reached; it is asked again later. Check network and address")
	ErrNoAnswer = fault.New(fault.Unknown, "parcel_no_answer", "快递接口没有给出结果,系统会先查询再重试",
		"The carrier gave no answer; it is asked what it did before the next try")
	ErrRefused = fault.New(fault.Invalid, "parcel_refused", "快递接口拒绝了请求(%d);请核对运单资料",
		"The carrier refused the request (%d); check the waybill")
	ErrAnswer = fault.New(fault.Unknown, "parcel_answer", "快递接口的应答无法识别,系统会先查询再重试",
		"The carrier's answer is not understood; it is asked what it did before the next try")
)

const (
	answerMax   = 1 << 20
	timeDefault = 5 * time.Second
)

// Options of a client.
type Options struct {
	// URL of the carrier, such as http://127.0.0.1:9000.
	URL string
	// Timeout of a call, 5 s if 0.
	Timeout time.Duration
	// Collected says when a parcel was handed over; the zero time when it was not.
	// The simulated carrier keeps nothing and must be told.
	Collected func(ctx context.Context, number string) (time.Time, error)
}

// Client fills shipping.Carrier. It is safe for concurrent use.
type Client struct {
	o    Options
	http *http.Client
}

var _ shipping.Carrier = (*Client)(nil)

// New gives a client.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = timeDefault
	}
	return &Client{o: o, http: &http.Client{Timeout: o.Timeout}}
}

type numbered struct {
	Number string `json:"number"`
}

// Number asks for a number under key.
func (c *Client) Number(ctx context.Context, key string, s shipping.Shipment) (string, error) {
	body, err := json.Marshal(map[string]string{"key": key, "service": s.Service})
	if err != nil {
		return "", err
	}
	var n numbered
	status, err := c.call(ctx, http.MethodPost, "/waybills", nil, body, &n)
	if err == nil && status != http.StatusOK {
		err = ErrRefused.With(status)
	}
	return n.Number, err
}

// Lookup says which number was given under key.
func (c *Client) Lookup(ctx context.Context, key string) (number string, found bool, err error) {
	var n numbered
	status, err := c.call(ctx, http.MethodGet, "/waybills", url.Values{"key": {key}}, nil, &n)
	switch {
	case err != nil:
		return "", false, err
	case status == http.StatusNotFound:
		return "", false, nil
	case status != http.StatusOK:
		return "", false, ErrRefused.With(status)
	}
	return n.Number, n.Number != "", nil
}

// Track gives the news of a number, in the order in which the carrier told it.
func (c *Client) Track(ctx context.Context, number string) ([]shipping.Event, error) {
	query := url.Values{"number": {number}}
	if c.o.Collected != nil {
		at, err := c.o.Collected(ctx, number)
		if err != nil {
			return nil, fmt.Errorf("parcel.Track: %w", err)
		}
		if !at.IsZero() {
			query.Set("collected_at", at.UTC().Format(time.RFC3339))
		}
	}
	var n struct {
		Events []struct {
			At    time.Time `json:"at"`
			Code  string    `json:"code"`
			Text  string    `json:"text"`
			Place string    `json:"place"`
		} `json:"events"`
	}
	status, err := c.call(ctx, http.MethodGet, "/track", query, nil, &n)
	if err == nil && status != http.StatusOK {
		err = ErrRefused.With(status)
	}
	if err != nil {
		return nil, err
	}
	events := make([]shipping.Event, len(n.Events))
	for i, e := range n.Events {
		events[i] = shipping.Event{At: db.At(e.At), Code: e.Code, State: meaning(e.Code), Text: e.Text, Place: e.Place}
	}
	return events, nil
}

// meaning is our word for the carrier's; one that is not known keeps its own and
// changes nothing.
func meaning(code string) shipping.Parcel {
	switch code {
	case "GOT":
		return shipping.PickedUp
	case "DEPARTURE", "ARRIVAL":
		return shipping.InTransit
	case "TROUBLE":
		return shipping.Exception
	case "DELIVERING":
		return shipping.OutForDelivery
	case "NOT_HOME":
		return shipping.AttemptFailed
	case "LOCKER":
		return shipping.AtLocker
	case "REJECT":
		return shipping.Rejected
	case "SIGN":
		return shipping.Delivered
	case "RETURNING":
		return shipping.Returning
	case "RETURN_SIGN":
		return shipping.Returned
	}
	return shipping.Parcel(code)
}

// call does one exchange. Its error tells whether anything may have been done; a
// status below 500 is an answer, and its body is read where it is 200.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body []byte, into any) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.o.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, ErrUnreachable.Wrap(err)
	}
	r.URL.RawQuery = query.Encode()
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, silence(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, answerMax+1))
	switch {
	case err != nil:
		return 0, ErrNoAnswer.Wrap(err)
	case answer.StatusCode == http.StatusServiceUnavailable || answer.StatusCode == http.StatusTooManyRequests:
		return 0, ErrBusy
	case answer.StatusCode >= 500:
		return 0, ErrNoAnswer.Wrap(fmt.Errorf("status %d", answer.StatusCode))
	case answer.StatusCode != http.StatusOK:
		return answer.StatusCode, nil
	case len(text) > answerMax:
		return 0, ErrAnswer.Wrap(fmt.Errorf("more than %d bytes", answerMax))
	}
	if err := json.Unmarshal(text, into); err != nil {
		return 0, ErrAnswer.Wrap(err)
	}
	return answer.StatusCode, nil
}

// silence tells a call that never left the house from one that stayed without an
// answer.
func silence(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return ErrUnreachable.Wrap(err)
	}
	return ErrNoAnswer.Wrap(err)
}
