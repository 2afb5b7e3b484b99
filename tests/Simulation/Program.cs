using TimeMachine.Simulation.Runner;

return Simulator.Run(args, Console.WriteLine);
