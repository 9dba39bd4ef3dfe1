package address

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// headBytes bounds how much of a text is searched for divisions. Three repeats of the longest chain fit.
const headBytes = 600

// folded is the head of a text in the form used for comparing: NFKC character by character (full-width forms become
// narrow) and the traditional characters of division names made simplified. Its bytes remember where they came from.
type folded struct {
	text string
	from []int32 // original offset of every byte and of the end; nil when nothing changed
	size int     // bytes of the original that were folded
}

// origin gives the offset in the original of an offset in the folded text.
func (f *folded) origin(at int) int {
	if f.from == nil {
		return at
	}
	return int(f.from[at])
}

func fold(text string) folded {
	size := min(len(text), headBytes)
	for size > 0 && size < len(text) && !utf8.RuneStart(text[size]) {
		size--
	}
	head, table := text[:size], simplified()
	for _, r := range head {
		if needsFold(r, table) {
			return foldSlow(head, table)
		}
	}
	return folded{text: head, size: size}
}

func needsFold(r rune, table *[hanCount]rune) bool {
	switch {
	case r < 0x80 || r > 0x3000 && r < 0x3040: // ASCII and 、。《》【】
		return false
	case r >= hanFirst && r < hanFirst+hanCount:
		return table[r-hanFirst] != 0
	default:
		return true // punctuation and the rest: let norm decide
	}
}

func foldSlow(head string, table *[hanCount]rune) folded {
	var b strings.Builder
	b.Grow(len(head))
	from := make([]int32, 0, len(head)+1)
	for at, r := range head {
		before := b.Len()
		switch {
		case r < 0x80:
			b.WriteByte(byte(r))
		case r >= hanFirst && r < hanFirst+hanCount:
			if other := table[r-hanFirst]; other != 0 {
				r = other
			}
			b.WriteRune(r)
		case r >= 0xFF01 && r <= 0xFF5E:
			b.WriteByte(byte(r - 0xFEE0))
		case r == 0x3000:
			b.WriteByte(' ')
		default:
			b.WriteString(norm.NFKC.String(string(r)))
		}
		for range b.Len() - before {
			from = append(from, int32(at))
		}
	}
	return folded{text: b.String(), from: append(from, int32(len(head))), size: len(head)}
}

// foldName brings a name of the table into the form of folded texts.
func foldName(name string) string {
	f := fold(name)
	return strings.ReplaceAll(f.text, " ", "")
}

const (
	hanFirst = 0x4E00
	hanCount = 0xA000 - 0x4E00
)

// Traditional characters that stand in names of provinces, cities and districts, each followed by its simplified form.
const traditional = "臺台 灣湾 廣广 東东 區区 縣县 鎮镇 鄉乡 號号 門门 龍龙 觀观 黃黄 貢贡 離离 島岛 鳳凤 園园 義义 蘭兰 蓮莲 寧宁 陽阳 陰阴 漢汉 濟济 蘇苏 無无 錫锡 揚扬 連连 雲云 " +
	"鄭郑 許许 開开 貴贵 瀋沈 長长 遼辽 慶庆 齊齐 爾尔 濱滨 吳吴 錦锦 滄沧 張张 衛卫 烏乌 魯鲁 維维 內内 陝陕 肅肃 處处 隴陇 豐丰 壢坜 蘆芦 龜龟 復复 興兴 霧雾 營营 " +
	"後后 麥麦 楊杨 將将 樹树 鶯莺 雙双 萬万 華华 歸归 橋桥 壩坝 灘滩 澤泽 頭头 鹽盐 國国 際际 縱纵 圍围 風风 順顺 聖圣 馬马 瑪玛 莊庄 劉刘 關关 學学 錢钱 餘余 錄录 " +
	"來来 廈厦 贛赣 撫抚 饒饶 濰潍 煙烟 棗枣 臨临 萊莱 荊荆 鹹咸 隨随 嶽岳 欽钦 賀贺 綿绵 樂乐 瀘泸 達达 資资 畢毕 銅铜 麗丽 紅红 銀银 碩硕"

var simplified = sync.OnceValue(func() *[hanCount]rune {
	var table [hanCount]rune
	for pair := range strings.FieldsSeq(traditional) {
		from, size := utf8.DecodeRuneInString(pair)
		table[from-hanFirst], _ = utf8.DecodeRuneInString(pair[size:])
	}
	return &table
})
