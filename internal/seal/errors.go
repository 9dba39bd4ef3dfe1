package seal

import "baihuo/internal/fault"

// The faults of this package. None holds a value, a key or a part of one.
// Those with %-verbs are completed with fault.With where they are raised.
var (
	errKeyText = fault.New(fault.Invalid, "seal_key_text",
		"主密钥看不懂(第 %d 项):应为 32 字节的 base64 或 64 位十六进制;多个版本写成 1:密钥,2:密钥。可用 openssl rand -base64 32 生成",
		"The master key cannot be read (entry %d): it must be 32 bytes as base64 or 64 hex digits; write several "+
			"versions as 1:KEY,2:KEY. Make one with openssl rand -base64 32")
	errKeyWeak = fault.New(fault.Invalid, "seal_key_weak",
		"主密钥(第 %d 项)所有字节都相同,不安全。请用 openssl rand -base64 32 重新生成",
		"The master key (entry %d) repeats one byte and protects nothing. Make one with openssl rand -base64 32")
	errKeyVersion = fault.New(fault.Invalid, "seal_key_version",
		"主密钥第 %d 项的版本号缺失、重复或不在 1 到 65535 之间。有多个密钥时每个都要写版本号:1:密钥,2:密钥",
		"Entry %d of the master keys has no version, a repeated one or one outside 1 to 65535. With several keys "+
			"each needs its own: 1:KEY,2:KEY")
	errKeyNone = fault.New(fault.Invalid, "seal_key_none",
		"没有主密钥:密钥文件是空的。请从保管处恢复密钥文件,不要新建,否则已加密的数据无法打开",
		"There is no master key: the key file is empty. Restore the file from where it is kept; with a new one the "+
			"data already sealed cannot be opened")
	errKeyFileOpen = fault.New(fault.Invalid, "seal_key_file_open",
		"密钥文件 %s 的权限是 %#o,其他用户可以读到。请执行 chmod 600 后再启动;若它可能已被看到,请更换密钥",
		"The key file %s has permissions %#o, so that other users can read it. Run chmod 600 on it and start again; "+
			"if somebody may have read it, rotate the key")
	errKeyFileKind = fault.New(fault.Invalid, "seal_key_file_kind",
		"密钥文件 %s 不是普通文件。请把密钥放在只有本用户可读的普通文件里",
		"The key file %s is not a regular file. Keep the key in a regular file that only this user may read")
	errKeyFile = fault.New(fault.Internal, "seal_key_file",
		"密钥文件 %s 无法读写。请检查目录是否存在、磁盘是否已满、权限是否正确",
		"The key file %s cannot be read or written. See whether the folder exists, the disk is full and the "+
			"permissions are right")

	errUnknownVersion = fault.New(fault.Internal, "seal_version_unknown",
		"这条数据用第 %d 版主密钥加密,本机没有这一版。请把它加入 BAIHUO_KEY 或密钥文件后重启",
		"This value is sealed with version %d of the master key, which this node does not hold. Add it to BAIHUO_KEY "+
			"or the key file and restart")
	errDamaged = fault.New(fault.Internal, "seal_damaged",
		"加密数据打不开:数据已损坏、被改动、属于另一个字段,或主密钥不对。请核对主密钥指纹,必要时从备份恢复这条数据",
		"The sealed value does not open: it is damaged, changed, of another field, or the master key is not the "+
			"right one. Compare the key's fingerprint, or restore the value from a backup")
)
