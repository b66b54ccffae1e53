Console.WriteLine("one line");
