#!/usr/bin/env escript
%%! +S 1:1 +sbt u -kernel logger_level none
%% Plays scenarios on OTP's own supervisor and prints what was seen: one line for each rest,
%%   <number of the scenario>;<starts and stops>;<who lives>
%% The scenarios are terms in a file, see `terms` in erlang.ts.
%%
%% With one scheduler nothing runs while this process does, so that "nobody has work" can be seen by looking.
-mode(compile).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2, terminate/2, start_worker/1, start_supervisor/1]).

main([File]) ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    ets:new(log, [named_table, public, ordered_set]),
    ets:new(names, [named_table, public, set]),
    ets:new(counts, [named_table, public, set]),
    ets:new(plan, [named_table, public, set]),
    {ok, Scenarios} = file:consult(File),
    lists:foreach(fun play/1, Scenarios).

play({N, Tree, Failing, Hooks, Steps}) ->
    lists:foreach(fun ets:delete_all_objects/1, [log, names, counts, plan]),
    ets:insert(plan, [{failing, Failing}, {hooks, Hooks}, {active, none}]),
    Root =
        case start_supervisor(Tree) of
            {ok, Pid} -> Pid;
            {error, _} -> none
        end,
    rest(),
    report(N),
    lists:foreach(
        fun(Step) ->
            step(Step),
            rest(),
            report(N)
        end,
        Steps
    ),
    case is_pid(Root) andalso is_process_alive(Root) of
        true -> gen_server:stop(Root, shutdown, infinity);
        false -> ok
    end,
    report(N),
    flush().

flush() ->
    receive
        _ -> flush()
    after 0 -> ok
    end.

step({items, Supervisor, Items}) ->
    case living(Supervisor) of
        {ok, Pid, _} ->
            ets:insert(plan, {active, Pid}),
            sys:suspend(Pid),
            lists:foreach(fun(Item) -> item(Item, Pid) end, Items),
            sys:resume(Pid),
            rest(),
            ets:insert(plan, {active, none});
        none ->
            ok
    end;
step({remove, Supervisor, Id}) ->
    case living(Supervisor) of
        {ok, Pid, _} ->
            supervisor:terminate_child(Pid, Id),
            supervisor:delete_child(Pid, Id);
        none ->
            ok
    end.

item({exit, Id, How}, Supervisor) ->
    exit_of(Id, How, Supervisor);
item({add, Spec}, Supervisor) ->
    spawn(fun() -> supervisor:start_child(Supervisor, child_spec(Spec)) end),
    Id = element(2, Spec),
    arrived(Supervisor, fun
        ({'$gen_call', _, {start_child, #{id := Asked}}}) -> Asked =:= Id;
        (_) -> false
    end).

%% Lets a child of the supervisor end by itself, and sees to it that the supervisor could know.
exit_of(Id, How, Supervisor) ->
    case living(Id) of
        {ok, Pid, Supervisor} ->
            gen_server:stop(Pid, reason(How), infinity),
            arrived(Supervisor, fun
                ({'EXIT', From, _}) -> From =:= Pid;
                (_) -> false
            end);
        _ ->
            ok
    end.

%% The reason tells terminate/2 from a stop by the supervisor.
reason(normal) -> normal;
reason(shutdown) -> {shutdown, itself};
reason(crash) -> crash.

arrived(Pid, Matches) ->
    {messages, Messages} = process_info(Pid, messages),
    case lists:any(Matches, Messages) of
        true ->
            ok;
        false ->
            erlang:yield(),
            arrived(Pid, Matches)
    end.

living(Id) ->
    case ets:lookup(names, Id) of
        [{_, Pid, Parent}] ->
            case is_process_alive(Pid) of
                true -> {ok, Pid, Parent};
                false -> none
            end;
        [] ->
            none
    end.

%% Nobody has work, seen three times in a row.
rest() -> rest(3).
rest(0) ->
    ok;
rest(Times) ->
    erlang:yield(),
    case lists:all(fun idle/1, ets:tab2list(names)) of
        true -> rest(Times - 1);
        false -> rest(3)
    end.

idle({_, Pid, _}) ->
    case process_info(Pid, [message_queue_len, status, current_function]) of
        undefined ->
            %% Ending counts as work.
            not lists:member(Pid, processes());
        [{message_queue_len, 0}, {status, waiting}, {current_function, {gen_server, loop, _}}] ->
            true;
        [{message_queue_len, 0}, {status, waiting}, {current_function, {erlang, hibernate, _}}] ->
            true;
        _ ->
            false
    end.

report(N) ->
    Log = lists:append([[" ", Entry] || {_, Entry} <- ets:tab2list(log)]),
    ets:delete_all_objects(log),
    Alive = lists:sort([Id || {Id, Pid, _} <- ets:tab2list(names), is_process_alive(Pid)]),
    io:put_chars([integer_to_list(N), ";", Log, ";", [[" ", atom_to_list(Id)] || Id <- Alive], "\n"]).

log(Sign, Id) ->
    ets:insert(log, {erlang:unique_integer([monotonic]), [Sign, atom_to_list(Id)]}).

%% The processes.

start_worker(Spec) -> gen_server:start_link(?MODULE, Spec, []).
start_supervisor(Spec) -> supervisor:start_link(?MODULE, Spec).

child_spec({worker, Id, Restart, Significant} = Spec) ->
    #{
        id => Id,
        start => {?MODULE, start_worker, [Spec]},
        restart => Restart,
        significant => Significant,
        shutdown => infinity,
        type => worker
    };
child_spec({supervisor, Id, Restart, Significant, _, _, _, _} = Spec) ->
    #{
        id => Id,
        start => {?MODULE, start_supervisor, [Spec]},
        restart => Restart,
        significant => Significant,
        shutdown => infinity,
        type => supervisor
    }.

parent() -> hd(get('$ancestors')).

init({worker, Id, _, _}) ->
    process_flag(trap_exit, true),
    Count = hooks(Id, start),
    [{failing, Failing}] = ets:lookup(plan, failing),
    case lists:member({Id, Count}, Failing) of
        true ->
            log("!", Id),
            {stop, failed};
        false ->
            log("+", Id),
            ets:insert(names, {Id, self(), parent()}),
            {ok, Id}
    end;
init({supervisor, Id, _, _, Strategy, Intensity, AutoShutdown, Children}) ->
    log("+", Id),
    ets:insert(names, {Id, self(), parent()}),
    Flags = #{strategy => Strategy, intensity => Intensity, period => 3600, auto_shutdown => AutoShutdown},
    {ok, {Flags, lists:map(fun child_spec/1, Children)}}.

handle_call(_, _, Id) -> {reply, ok, Id}.
handle_cast(_, Id) -> {noreply, Id}.

terminate(Reason, Id) ->
    log("-", Id),
    case Reason of
        shutdown -> hooks(Id, stop);
        _ -> ok
    end.

%% Counts a start or stop of a worker, and lets happen what is tied to it.
hooks(Id, At) ->
    Count = ets:update_counter(counts, {Id, At}, 1, {{Id, At}, 0}),
    Parent = parent(),
    case ets:lookup(plan, active) of
        [{active, Parent}] ->
            [{hooks, Hooks}] = ets:lookup(plan, hooks),
            [exit_of(Victim, How, Parent) || {Worker, When, N, Victim, How} <- Hooks,
                Worker =:= Id, When =:= At, N =:= Count];
        _ ->
            ok
    end,
    Count.
