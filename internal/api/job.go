package api

import (
	"encoding/json"
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/job"
	"baihuo/internal/staff"
)

func jobRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/jobs", staff.JobRead, "countJobs", "任务数量,按种类和状态", "How many jobs there are, by kind and state", reads(countJobs)},
		{"GET", "/api/v1/jobs/dead", staff.JobRead, "listDeadJobs", "失败待处理的任务", "Jobs that ran out of attempts", reads(listDeadJobs)},
		{"POST", "/api/v1/jobs/replays", staff.JobReplay, "replayJobs", "重新执行失败的任务(最多 500 个)", "Make dead jobs due again, up to 500", commands(200, replayJobs)},
	}
}

type jobTally struct {
	Kind  string `json:"kind"`
	State string `json:"state" enum:"waiting,leased,done,dead"`
	Jobs  int64  `json:"jobs"`
}

type jobsView struct {
	Jobs []jobTally `json:"jobs"`
}

func countJobs(c *call, tx *db.Tx, _ none) (jobsView, error) {
	v := jobsView{Jobs: []jobTally{}}
	if err := c.everywhere(); err != nil {
		return v, err
	}
	list, err := job.Count(tx)
	for _, t := range list {
		v.Jobs = append(v.Jobs, jobTally{t.Kind, string(t.State), t.Jobs})
	}
	return v, err
}

type deadQuery struct {
	After id.Job `query:"after" doc:"The next of the page before." zh:"上一页的 next"`
	Limit int64  `query:"limit" max:"500" default:"50"`
}

type deadJob struct {
	JobID     string          `json:"job_id"`
	Kind      string          `json:"kind"`
	Key       string          `json:"key"`
	Payload   json.RawMessage `json:"payload,omitempty"`
	Attempts  int             `json:"attempts"`
	InDoubt   bool            `json:"in_doubt" doc:"An attempt may have done it all the same." zh:"某次尝试可能其实已成功"`
	LastError string          `json:"last_error"`
	CreatedAt string          `json:"created_at"`
	DiedAt    string          `json:"died_at"`
}

type deadJobs struct {
	Jobs []deadJob `json:"jobs"`
	Next string    `json:"next"`
}

func listDeadJobs(c *call, tx *db.Tx, q deadQuery) (deadJobs, error) {
	v := deadJobs{Jobs: []deadJob{}}
	if err := c.everywhere(); err != nil {
		return v, err
	}
	list, err := job.Dead(tx, q.After, int(q.Limit))
	for _, j := range list {
		v.Jobs = append(v.Jobs, deadJob{JobID: id.Text("J", int64(j.ID)), Kind: j.Kind, Key: j.Key, Payload: c.caller.WithoutCosts(rawJSON(j.Payload)),
			Attempts: j.Attempts, InDoubt: j.InDoubt, LastError: j.LastError, CreatedAt: instant(j.CreatedAt), DiedAt: instant(j.DoneAt)})
	}
	if len(list) == int(q.Limit) {
		v.Next = id.Text("J", int64(list[len(list)-1].ID))
	}
	return v, err
}

type replaysBody struct {
	Jobs []string `json:"jobs" minItems:"1" maxItems:"500"`
}

type replayedView struct {
	Replayed int `json:"replayed" doc:"Of those given; what is not dead is passed over." zh:"重新排队的个数;不在失败状态的会跳过"`
}

func replayJobs(c *call, tx *db.Tx, b replaysBody) (replayedView, error) {
	if len(b.Jobs) == 0 || len(b.Jobs) > rowsMax {
		return replayedView{}, ErrFields.Field("jobs", fmt.Sprintf("每批 1 到 %d 个", rowsMax), fmt.Sprintf("holds 1 to %d jobs", rowsMax))
	}
	if err := c.everywhere(); err != nil {
		return replayedView{}, err
	}
	ids := make([]id.Job, len(b.Jobs))
	for i, text := range b.Jobs {
		n, ok := id.Parse("J", text)
		if !ok {
			return replayedView{}, ErrFields.Field(fmt.Sprintf("jobs[%d]", i), "应为 J- 开头的任务编号", "is a job number such as J-123")
		}
		ids[i] = id.Job(n)
	}
	n, err := job.Replay(tx, ids)
	return replayedView{n}, err
}
