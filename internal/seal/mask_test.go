package seal_test

import (
	"strings"
	"testing"
	"unicode"

	"baihuo/internal/seal"

	"pgregory.net/rapid"
)

func TestMask(t *testing.T) {
	for name, c := range map[string]struct {
		mask  func(string) string
		cases [][2]string
	}{
		"name": {seal.MaskName, [][2]string{
			{"", ""}, {"  ", ""}, {"陈", "*"}, {"陈平", "陈*"}, {"陈小平", "陈*平"}, {"欧阳小平", "欧*平"}, {"陈 小 平", "陈*平"},
			{"阿凡提·买买提", "阿*提"}, {"John Smith", "J*** S***"}, {"J", "***"},
			{"Anna Maria de Souza", "A*** S***"}, {"tb_13800138000", "t***"},
			{"Иван Петров", "И*** П***"}, {"김철수", "김*수"}, {"陈先生13800138000", "陈*0"},
			{"陈*平", "陈*平"}, {"张**", "张**"}, {"*", "*"}, {"J*** S***", "J*** S***"}, {"陈小平*", "陈*平"}, {"陈*小平", "陈*平"},
		}},
		"phone": {seal.MaskPhone, [][2]string{
			{"", ""}, {"13800138000", "138****8000"}, {"+86 138-0013-8000", "138****8000"}, {"8613800138000", "138****8000"},
			{"008613800138000", "138****8000"}, {"１３８００１３８０００", "138****8000"}, {"电话13800138000(下午)", "138****8000"},
			{"18877771111-123", "188****1111-***"}, {"13800000000,1234", "138****0000-***"}, {"17012345678转1234", "170****5678-***"},
			{"021-12345678", "021-****5678"}, {"02112345678", "021-****5678"}, {"0571-87654321", "0571-****4321"},
			{"0571-8765432-801", "0571-****5432-***"}, {"057187654321", "0571-****4321"},
			{"+86 0571 87654321", "0571-****4321"},
			{"400-800-1234", "400****1234"}, {"95588", "****88"}, {"110", "****"},
			{"没有", "****"}, {"+852 91234567", "852****4567"},
			{"91234567", "****4567"}, {"13800138000/13900139000", "138****8000-***"},
			{"138****8000", "138****8000"}, {"138****8000-1234", "138****8000-***"}, {"138****8000-***", "138****8000-***"},
			{"1**********", "1**********"},
			{"0571-****4321", "0571-****4321"}, {"13800138000***", "****"},
			{"***13800138000", "****"}, {"138-0013-8000 **", "****"},
			{"** 138-0013-8000", "** 138-***"},
		}},
		"address": {seal.MaskAddress, [][2]string{
			{"", ""}, {"白虎路88号3幢201室", "白虎路***"}, {"浙江省杭州市余杭区文三西路100号", "浙江省杭州市余杭区文三西路***"},
			{"浙江省杭州市浙江省杭州市余杭区五常街道文三西路100号", "浙江省杭州市浙江省杭州市余杭区五常街道文三西路***"},
			{"上海市浦东新区张江镇科苑路88号", "上海市浦东新区张江镇科苑路***"}, {"广东省东莞市长安镇振安中路1号", "广东省东莞市长安镇振安中路***"},
			{"内蒙古自治区呼和浩特市新城区阳光花园3幢", "内蒙古自治区呼和浩特市新城区阳光***"}, {"阳光小区3幢201", "阳光***"}, {"新街口", "新街***"},
			{"余杭区阳光花园陈小平收", "余杭区阳光***"}, {"12 Main Street", "***"}, {"白虎路13800138000", "白虎路***"}, {"小院", "***"},
			{"白虎路***", "白虎路***"}, {"浙江省杭州市**路***", "浙江省杭州市**路***"}, {"良睦路9***", "良睦路9***"}, {"白虎路***8号", "白虎路***"},
			{"建国路88号*3单元501", "建国路***"}, {"白虎路88号13800138000**", "白虎路***"},
		}},
	} {
		for _, in := range c.cases {
			t.Run(name+" / "+in[0], func(t *testing.T) {
				if got := c.mask(in[0]); got != in[1] {
					t.Errorf("%q shows as %q, want %q", in[0], got, in[1])
				}
			})
		}
	}
}

// TestMaskLimits holds what a mask may show at most, whatever was typed into the field.
func TestMaskLimits(t *testing.T) {
	digits := func(text string) (n int) {
		for _, r := range text {
			if unicode.IsDigit(r) {
				n++
			}
		}
		return n
	}
	part := rapid.SampledFrom(strings.Split("陈|小平|白虎路|余杭区|浙江省|街道|13800138000|88|号|-| |*|**|***|转|0571|+86|J|ohn", "|"))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 7).Draw(t, "parts"), "") + rapid.StringN(0, 4, -1).Draw(t, "end")
		for name, mask := range map[string]func(string) string{
			"name": seal.MaskName, "phone": seal.MaskPhone, "address": seal.MaskAddress,
		} {
			shown := mask(text)
			if again := mask(shown); again != shown {
				t.Fatalf("%s: mask %q of %q is masked again to %q", name, shown, text, again)
			}
			if n := digits(shown); n > 8 {
				t.Fatalf("%s: %q of %q shows %d digits", name, shown, text, n)
			}
			bare := strings.TrimSpace(text) != "" && shown == text && !strings.ContainsAny(shown, "*＊")
			if bare || strings.Contains(shown, "13800138000") {
				t.Fatalf("%s: %q shows as %q", name, text, shown)
			}
		}
		letters := strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || strings.ContainsRune("*＊", r) {
				return -1
			}
			return r
		}, seal.MaskName(text))
		if len([]rune(letters)) > 2 {
			t.Fatalf("name %q shows %q", text, letters)
		}
	})
}
