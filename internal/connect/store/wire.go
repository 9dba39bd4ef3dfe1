package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"baihuo/internal/fault"
)

// ErrMessage refuses a message that cannot become an order; its fields say why.
var ErrMessage = fault.New(fault.Invalid, "store_message_invalid", "门店小票无法读取,请在收银终端核对所列字段后重新上传",
	"The sale of the store cannot be read; check the fields named on the terminal and send it again")

// version of the format that this package reads.
const version = 1

// sale is one sale as a terminal sends it.
type sale struct {
	Version    int        `json:"version"`
	StoreID    string     `json:"store_id"`
	TerminalID string     `json:"terminal_id"`
	LocalSeq   int64      `json:"local_seq"`
	Status     string     `json:"status"`
	SoldAt     string     `json:"sold_at"`
	ModifiedAt string     `json:"modified_at"`
	Cashier    string     `json:"cashier"`
	Member     *member    `json:"member"`
	PickUp     *pickUp    `json:"pick_up"`
	Lines      []line     `json:"lines"`
	Discounts  []discount `json:"discounts"`
	Payments   []payment  `json:"payments"`
	Change     string     `json:"change"`
	Total      string     `json:"total"`
	Message    string     `json:"message"`
}

// member is a buyer who showed a card.
type member struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// pickUp is who fetches the goods, and when. Store is empty for this one.
type pickUp struct {
	Store string `json:"store_id"`
	Name  string `json:"name"`
	Phone string `json:"phone"`
	On    string `json:"on"`
	Slot  string `json:"slot"`
}

// line holds a code or a barcode, never both.
type line struct {
	Code     string `json:"code"`
	Barcode  string `json:"barcode"`
	Name     string `json:"name"`
	Qty      int64  `json:"qty"`
	Price    string `json:"price"`
	Discount string `json:"discount"`
	Gift     bool   `json:"gift"`
}

// discount is on the lines named, counted from 0; on all where none is named.
type discount struct {
	Name   string `json:"name"`
	Amount string `json:"amount"`
	Lines  []int  `json:"lines"`
}

type payment struct {
	Method string `json:"method"`
	Amount string `json:"amount"`
}

// decode reads one sale and nothing behind it.
func decode(raw []byte) (*sale, error) {
	var s sale
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(&s)
	if err == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil, ErrMessage.Field("body", "一条报文只放一张小票,其后还有多余内容",
				"holds more than one sale; send each in a message of its own")
		}
		return &s, nil
	}
	var typed *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typed) && typed.Field != "":
		return nil, ErrMessage.Field(typed.Field, fmt.Sprintf("类型不对,应为 %s;金额请写成文本,如 \"19.90\"", typed.Type),
			fmt.Sprintf("is of the wrong type, it should be %s; write money as text, such as \"19.90\"",
				typed.Type)).Wrap(err)
	case errors.As(err, &typed), errors.As(err, &syntax), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrMessage.Field("body", "不是完整的 JSON 对象", "is not a whole JSON object").Wrap(err)
	}
	// What is left is a field that the format does not have; the error names it.
	return nil, ErrMessage.Field("body", fmt.Sprintf("含有版本 %d 没有的字段(%.80s),请删除或升级", version, err),
		fmt.Sprintf("has a field that version %d does not know (%.80s); remove it, or upgrade", version,
			err)).Wrap(err)
}
