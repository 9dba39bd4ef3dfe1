package people

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// surnames lists the common surnames with their share of the population in tenths of a per mille.
func surnames() []surname {
	const table = "王721 李719 张683 刘518 陈453 杨310 黄223 赵229 吴205 周212 徐167 孙154 马129 朱126 胡131 郭115 何117 林113 " +
		"高112 罗84 郑92 梁84 谢76 宋81 唐69 许66 韩74 邓63 冯64 曹60 彭59 曾58 肖56 田54 董61 潘50 袁54 蔡53 蒋51 余48 " +
		"于61 杜47 叶45 程57 魏45 苏47 吕47 丁45 任42 卢40 姚40 沈41 钟39 姜39 崔38 谭37 陆36 范36 汪35 廖35 石34 金33 " +
		"韦33 贾33 夏32 付31 方31 邹30 熊30 白30 孟30 秦30 邱29 侯28 江28 尹27 薛27 闫26 段26 雷25 龙24 黎24 史23 陶23 " +
		"贺22 毛22 郝22 顾22 龚22 邵21 万21 覃20 武20 钱20 戴19 严19 莫18 孔18 向18 常18 欧阳9 上官2 司马2 诸葛1"
	var out []surname
	for _, word := range strings.Fields(table) {
		digits := strings.IndexFunc(word, func(r rune) bool { return r >= '0' && r <= '9' })
		s := surname{text: word[:digits]}
		for _, r := range word[digits:] {
			s.weight = s.weight*10 + int(r-'0')
		}
		out = append(out, s)
	}
	return out
}

type surname struct {
	text   string
	weight int
}

// givenName draws one or two characters; two are the rule.
func givenName(rng *rand.Rand) string {
	chars := []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红玲梅鹏辉婷宇浩轩子涵梓萱欣怡雨晨思佳嘉俊文博志建国庆海波" +
		"春燕雪琳晓东慧颖鑫凯旭阳倩蕾莹睿诗琪一诺可馨昊然泽楠")
	name := string(one(rng, chars))
	if !chance(rng, 180) {
		name += string(one(rng, chars))
	}
	return name
}

// mobile draws eleven digits of a valid form with 0000 in the middle.
func mobile(rng *rand.Rand) string {
	heads := []string{
		"130", "131", "132", "133", "134", "135", "136", "137", "138", "139", "150", "151", "152", "153", "155", "156",
		"157", "158", "159", "166", "173", "175", "176", "177", "178", "180", "181", "182", "183", "185", "186", "187",
		"188", "189", "191", "193", "198", "199",
	}
	return fmt.Sprintf("%s0000%04d", one(rng, heads), rng.IntN(10000))
}

// nick draws what a buyer calls themselves: made by the platform, or by a person in a good mood.
func nick(rng *rand.Rand) string {
	switch rng.IntN(5) {
	case 0:
		return fmt.Sprintf("tb%08d", rng.IntN(100_000_000))
	case 1:
		return fmt.Sprintf("jd_%06x", rng.IntN(1<<24))
	}
	first := []string{
		"小鹿", "阿橘", "南风", "柚子", "半糖", "芒果", "老街", "云朵", "豆包", "清晨", "橙子", "木木", "夏天", "团子", "晚安", "河马",
	}
	second := []string{
		"爱喝汤", "不加班", "在路上", "要早睡", "的厨房", "晒太阳", "妈妈", "先生", "同学", "养猫", "收纳控", "买买买", "_yoyo", "", "酱", "家",
	}
	name := one(rng, first) + one(rng, second)
	if chance(rng, 600) {
		name += fmt.Sprint(rng.IntN(10000))
	}
	return name
}

// Message draws what the buyer writes to the seller: mostly nothing, at some 4 % of the orders a sentence. A part of
// the sentences only hurries; the others ask for something that a person must read.
func Message(rng *rand.Rand) string {
	if !chance(rng, 40) {
		return ""
	}
	return one(rng, []string{
		"请尽快发货", "急用，麻烦今天发", "不要放快递柜", "不要放驿站，送货上门", "到货前请电话联系", "放门口就行，不用敲门",
		"换成蓝色", "颜色随机，不要粉色", "地址填错了，请改到公司：看私信", "麻烦和上一单一起发", "周末不在家，工作日送", "发顺一点的快递，谢谢！",
		"不要发票也不要小票，送人的", "请开公司发票", "易碎，请多包两层", "日期要新鲜的", "如果缺货请先联系我", "下午3点后派送", "谢谢老板～🙏",
	})
}
