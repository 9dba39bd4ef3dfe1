package review

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"hash/fnv"
	"reflect"
	"slices"

	"baihuo/internal/journal"
)

// What people typed (a message, a memo) may be personal, and a plain digest of a
// short text can be guessed. So a reason keeps of it no more than its length and 16
// bits of a sum: enough to see that it changed.

// kept gives, as JSON, the facts of these names, without personal text.
func (f *Facts) kept(names []string) string {
	all := map[string]any{}
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("expr")
		if name == "-" || !slices.Contains(names, name) {
			continue
		}
		all[name] = v.Field(i).Interface()
		if text, ok := all[name].(string); ok && isFree(name) {
			all[name] = trace{len([]rune(text)), fmt.Sprintf("%04x", sum16(text))}
		}
	}
	if len(f.Lines) > linesKept && all["lines"] != nil {
		all["lines"], all["lines_in_all"] = f.Lines[:linesKept], len(f.Lines)
	}
	return journal.JSON(all)
}

// linesKept bounds what a hold keeps of a wholesale order.
const linesKept = 20

type trace struct {
	Chars int    `json:"chars"`
	Sum   string `json:"sum"`
}

func isFree(name string) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name && f.free })
}

func sum16(text string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text))
	return uint16(h.Sum32() ^ h.Sum32()>>16)
}

// digester sums up facts: SHA-256 over every field that a rule may look at, texts
// with their length before them, cut to 8 bytes.
type digester struct {
	h   hash.Hash
	buf []byte
}

func newDigester() *digester { return &digester{h: sha256.New()} }

func (d *digester) sum(f *Facts) string {
	d.buf = d.buf[:0]
	d.text(f.Shop, f.ShopKind, f.Platform, f.Kind, f.ChannelState, f.Currency, f.Region, f.Place, f.Label)
	d.number(flag(f.Contactless), f.Total, f.Paid, f.COD, f.Units, f.WeightG, flag(f.Deliverable),
		f.BuyerOrders, f.Flag)
	for _, free := range [...]string{f.Blacklisted, f.BuyerMessage, f.SellerMemo} {
		d.number(int64(len(free)), int64(sum16(free)))
	}
	d.number(int64(len(f.Issues)), int64(len(f.Tags)), int64(len(f.Lines)))
	d.text(f.Issues...)
	d.text(f.Tags...)
	for _, l := range f.Lines {
		d.text(l.Code, l.Name, l.Kind, l.Refund)
		d.number(l.Qty, l.Price, l.Cost, l.Due, l.DueEach, flag(l.Unlisted))
	}
	d.h.Reset()
	d.h.Write(d.buf)
	var full [sha256.Size]byte
	return hex.EncodeToString(d.h.Sum(full[:0])[:8])
}

func (d *digester) text(list ...string) {
	for _, s := range list {
		d.buf = binary.AppendUvarint(d.buf, uint64(len(s)))
		d.buf = append(d.buf, s...)
	}
}

func (d *digester) number(list ...int64) {
	for _, n := range list {
		d.buf = binary.AppendVarint(d.buf, n)
	}
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func sorted(words []string) []string {
	slices.Sort(words)
	return words
}

// thenJSON writes the verdict of a built-in rule.
func thenJSON(v any) json.RawMessage { return json.RawMessage(journal.JSON(v)) }
