package address

import (
	"strings"
	"testing"
)

func TestParsePhone(t *testing.T) {
	for _, c := range []struct {
		name, text, number, extension string
		kind                          PhoneKind
		fault                         PhoneFault
	}{
		{"plain mobile", "13800138000", "13800138000", "", PhoneMobile, PhoneFine},
		{"newer segment", "19912345678", "19912345678", "", PhoneMobile, PhoneFine},
		{"virtual operator is a mobile", "17012345678", "17012345678", "", PhoneMobile, PhoneFine},
		{"plus 86", "+8613800138000", "13800138000", "", PhoneMobile, PhoneFine},
		{"0086 with dashes", "0086-138-0013-8000", "13800138000", "", PhoneMobile, PhoneFine},
		{"86 without plus", "86 138 0013 8000", "13800138000", "", PhoneMobile, PhoneFine},
		{"full width digits", "１３８００１３８０００", "13800138000", "", PhoneMobile, PhoneFine},
		{"odd segment is warned, not refused", "14912345678", "14912345678", "", PhoneMobile, PhoneOddSegment},
		{"120 is no mobile segment", "12012345678", "12012345678", "", PhoneMalformed, PhoneUnknown},
		{"landline", "021-12345678", "021-12345678", "", PhoneLandline, PhoneFine},
		{"landline of four digit area", "0571-87654321", "0571-87654321", "", PhoneLandline, PhoneFine},
		{"landline without dash", "02112345678", "021-12345678", "", PhoneLandline, PhoneFine},
		{"landline in brackets", "（0571）87654321", "0571-87654321", "", PhoneLandline, PhoneFine},
		{"landline with seven digits", "0571-8765432", "0571-8765432", "", PhoneLandline, PhoneFine},
		{"landline in groups", "0571-8765-4321", "0571-87654321", "", PhoneLandline, PhoneFine},
		{"landline with plus 86", "+86 21 12345678", "021-12345678", "", PhoneLandline, PhoneFine},
		{"Peking with plus 86", "+86 10 12345678", "010-12345678", "", PhoneLandline, PhoneFine},
		{"010 needs eight digits", "010-1234567", "010-1234567", "", PhoneMalformed, PhoneBadArea},
		{"area code missing", "87654321", "87654321", "", PhoneMalformed, PhoneNoArea},
		{"landline with extension", "021-12345678-123", "021-12345678", "123", PhoneLandline, PhoneFine},
		{"landline with 转", "0571-87654321转8001", "0571-87654321", "8001", PhoneLandline, PhoneFine},
		{"landline with 分机", "021-12345678 分机 12", "021-12345678", "12", PhoneLandline, PhoneFine},
		{"service 400", "4008001234", "4008001234", "", PhoneService, PhoneFine},
		{"service 400 with dashes", "400-800-1234", "4008001234", "", PhoneService, PhoneFine},
		{"short", "95588", "95588", "", PhoneShort, PhoneFine},
		{"virtual with dash", "18877771111-123", "18877771111", "123", PhoneVirtual, PhoneFine},
		{"virtual with comma", "13800000000,1234", "13800000000", "1234", PhoneVirtual, PhoneFine},
		{"virtual with full width comma", "13800000000，1234", "13800000000", "1234", PhoneVirtual, PhoneFine},
		{"virtual with 转", "17012345678转1234", "17012345678", "1234", PhoneVirtual, PhoneFine},
		{"virtual with prefix", "+8617012345678-1234", "17012345678", "1234", PhoneVirtual, PhoneFine},
		{"virtual with long dash", "17012345678—1234", "17012345678", "1234", PhoneVirtual, PhoneFine},
		{"virtual 950", "95013123456789", "95013123456789", "", PhoneVirtual, PhoneFine},
		{"masked", "138****0000", "138****0000", "", PhoneMasked, PhoneFine},
		{"masked by x", "138XXXX0000", "138XXXX0000", "", PhoneMasked, PhoneFine},
		{"cipher text", "~AgAAAAMxZ0cFb7YzqwE=~1~", "~AgAAAAMxZ0cFb7YzqwE=~1~", "", PhoneMasked, PhoneFine},
		{"Hong Kong", "+852 9123 4567", "+85291234567", "", PhoneHongKong, PhoneFine},
		{"Hong Kong by 00", "0085291234567", "+85291234567", "", PhoneHongKong, PhoneFine},
		{"Macao", "+85366123456", "+85366123456", "", PhoneMacao, PhoneFine},
		{"Taiwan", "+886912345678", "+886912345678", "", PhoneTaiwan, PhoneFine},
		{"Taiwan with zero", "+886 0912-345-678", "+886912345678", "", PhoneTaiwan, PhoneFine},
		{"Hong Kong too short", "+852 9123", "+852 9123", "", PhoneMalformed, PhoneTooShort},
		{"elsewhere abroad", "+1 202 555 0100", "+1 202 555 0100", "", PhoneMalformed, PhoneUnknown},
		{"one digit short", "1380013800", "1380013800", "", PhoneMalformed, PhoneTooShort},
		{"one digit more", "138001380000", "138001380000", "", PhoneMalformed, PhoneTooLong},
		{"words", "没有电话", "没有电话", "", PhoneMalformed, PhoneNotDigits},
		{"empty", " 　", "", "", PhoneEmpty, PhoneFine},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ParsePhone(c.text)
			want := Phone{Number: c.number, Extension: c.extension, Kind: c.kind, Fault: c.fault}
			if got != want {
				t.Errorf("ParsePhone(%q) = %+v (%v %v), want %+v (%v %v)", c.text, got, got.Kind, got.Fault, want, c.kind, c.fault)
			}
		})
	}
}

func TestPhone_what_may_be_done_with_it(t *testing.T) {
	for _, c := range []struct {
		text      string
		dial, sms bool
	}{
		{"13800138000", true, true},
		{"14912345678", true, true},
		{"17012345678-1234", true, false},
		{"021-12345678", true, false},
		{"95588", true, false},
		{"+85291234567", true, false},
		{"138****0000", false, false},
		{"010-1234567", false, false},
		{"", false, false},
	} {
		got := ParsePhone(c.text)
		if got.Diallable() != c.dial || got.CanSMS() != c.sms {
			t.Errorf("%q: diallable %v sms %v, want %v %v", c.text, got.Diallable(), got.CanSMS(), c.dial, c.sms)
		}
	}
	if got := ParsePhone("17012345678转1234").String(); got != "17012345678-1234" {
		t.Errorf("a virtual number prints as %q; both parts are needed to reach anybody", got)
	}
}

func TestPhoneFault_every_one_has_words(t *testing.T) {
	for f := PhoneTooShort; f <= PhoneOddSegment; f++ {
		if f.String() == "" || f.ZH() == "" || f.EN() == "" {
			t.Errorf("fault %d has no code or sentence", f)
		}
	}
}

func FuzzPhone(f *testing.F) {
	for _, text := range []string{"13800138000", "+86 21-12345678转1", "138****0000", "０１０", "00", "+", "-", "转", "950",
		"+86", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := ParsePhone(text)
		if len(p.Number) > len(text)*4+16 || len(p.Extension) > 6 {
			t.Fatalf("%q grew to %+v", text, p)
		}
		if p.CanSMS() && !p.Diallable() || p.Diallable() && p.Number == "" {
			t.Fatalf("%q contradicts itself: %+v", text, p)
		}
		if p.Diallable() && strings.Trim(p.Number, "+-0123456789") != "" {
			t.Fatalf("%q: number %q is not digits", text, p.Number)
		}
		// A short number with an extension prints like a longer number in groups.
		if again := ParsePhone(p.String()); p.Diallable() && p.Kind != PhoneShort && again != p {
			t.Fatalf("%q: %+v reads again as %+v", text, p, again)
		}
	})
}
